/** Calls tools in every way that there is. */
export default async function (input, { tool }) {
  const [byField, byName, list, found, info] = await Promise.all([
    tool.math.add({ a: input, b: 1 }),
    tool.call('math.add', { a: input, b: 2 }),
    tool.list({ category: 'math' }),
    tool.search('sum'),
    tool.info('math.add'),
  ]);
  return { byField, byName, list: list.map(({ name }) => name), found: found[0]?.name, security: info.security };
}

export async function fails(_, { tool }) {
  return tool.nothing({}).catch(({ code, message }) => ({ code, message }));
}
