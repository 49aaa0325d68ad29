import { builtin } from '../builtin.js';
import { httpUrl } from '../network/http-body.js';
import { integer, list, object, record, text, withDefault } from '../schema.js';
import { fetchPage, pages } from './page.js';

export const pageScrape = builtin({
  name: 'page.scrape',
  description:
    'Fetches a web page and gives its title, text, headings, links, images, metadata, and what CSS selectors find in it. Its scripts are not run.',
  category: 'web',
  tags: ['html', 'scrape', 'extract', 'css selector', 'links', 'text'],
  security: 'restricted',
  permissions: ['net'],
  input: object(
    {},
    {
      url: httpUrl('The page.'),
      html: text('In place of fetching it: the page itself.', { max: 4_000_000 }),
      select: withDefault(
        {},
        record(
          object(
            { selector: text('A CSS selector.', { min: 1, max: 1000 }) },
            { attribute: text("In place of the text: an attribute, or 'html'.", { min: 1, max: 100 }) },
          ),
          'What to find, by names of yours.',
          50,
        ),
      ),
      limit: withDefault(
        200,
        integer('Links, headings, images and things found, at most of each.', { min: 1, max: 5000 }),
      ),
    },
  ),
  output: object({
    url: text('Where it came from, after redirects.'),
    title: text('Its title.'),
    description: text('As it says.'),
    language: text('As it says.'),
    meta: record(text('Its content.'), 'What its meta elements say.', 5000),
    headings: list(object({ level: integer('1 to 6.', { min: 1, max: 6 }), text: text('Its text.') }), 'Its headings.'),
    links: list(object({ url: text('Where to.'), text: text('Its text.') }), 'Its links, each once.'),
    images: list(object({ url: text('Where it is.'), alt: text('What it shows.') }), 'Its images.'),
    text: text('What a reader sees.'),
    selected: record(list(text('What was found.'), 'In order.'), 'What the selectors found.', 50),
  }),
  examples: [
    {
      input: {
        html: '<title>Shop</title><div class="item"><b>Tea</b><i data-price="3">3 €</i></div>',
        select: {
          names: { selector: '.item > b' },
          prices: { selector: '.item [data-price]', attribute: 'data-price' },
        },
      },
      check: (output) =>
        JSON.stringify((output as { selected: object }).selected) === '{"names":["Tea"],"prices":["3"]}',
    },
    {
      description: 'From the web',
      input: { url: 'http://example.com/' },
      check: (output) => (output as { title: string }).title === 'Example Domain',
    },
  ],
  async handler({ url, html, select, limit }, context) {
    const page = html === undefined ? await fetchPage(context, url ?? '') : { html, url: url ?? 'http://localhost/' };
    return { url: page.url, ...(await pages(context, 'scrape', { html: page.html, url: page.url, select, limit })) };
  },
});
