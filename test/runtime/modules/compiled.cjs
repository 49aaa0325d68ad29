// As compilers write it: what was `export default` is a property.
Object.defineProperty(exports, '__esModule', { value: true });
exports.default = (x) => x + 5;
for (const [name, n] of [['computed', 7]]) exports[name] = (x) => x + n;
