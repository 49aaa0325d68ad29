import { builtin } from '../builtin.js';
import { integer, list, object, oneOf, text } from '../schema.js';
import { cite, STYLES } from './citation-styles.js';

export const citation = builtin({
  name: 'citation',
  description:
    'Writes the reference to a book, an article, a chapter, a thesis, a report or a web page in APA 7, MLA 9, Chicago 17, IEEE, BibTeX or RIS form.',
  category: 'text',
  tags: ['reference', 'bibliography', 'bibtex', 'apa', 'mla', 'chicago', 'ieee'],
  security: 'safe',
  input: object(
    {
      style: oneOf(STYLES, 'The form.'),
      type: oneOf(['article', 'book', 'chapter', 'thesis', 'report', 'website'], 'What is cited.'),
      title: text('Its title.', { min: 1, max: 1000 }),
    },
    {
      authors: list(
        object(
          { family: text('Family name, or the name of an organization.', { min: 1, max: 200 }) },
          { given: text('Given names.', { max: 200 }) },
        ),
        'In their order.',
        { max: 200 },
      ),
      year: integer('Of publication.', { min: -5000, max: 3000 }),
      container: text('The journal, the book of a chapter, or the site.', { max: 1000 }),
      publisher: text('The publisher, the university or the institution.', { max: 500 }),
      volume: text('The volume.', { max: 50 }),
      issue: text('The issue.', { max: 50 }),
      pages: text('Such as 12-34.', { max: 50 }),
      doi: text('Such as 10.1000/182.', { max: 300, pattern: '^10\\.\\d{3,9}/\\S+$' }),
      url: text('Where it is.', { max: 2000, pattern: '^https?://\\S+$' }),
      accessed: text('When it was read, as YYYY-MM-DD.', { max: 10, pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
    },
  ),
  output: object({
    citation: text('The entry for a list of references.'),
    inText: text('What stands in the text; for BibTeX and RIS the key.'),
  }),
  examples: [
    {
      input: {
        style: 'apa',
        type: 'article',
        title: 'On computable numbers, with an application to the Entscheidungsproblem',
        authors: [{ family: 'Turing', given: 'Alan Mathison' }],
        year: 1937,
        container: 'Proceedings of the London Mathematical Society',
        volume: 's2-42',
        issue: '1',
        pages: '230-265',
        doi: '10.1112/plms/s2-42.1.230',
      },
      output: {
        citation:
          'Turing, A. M. (1937). On computable numbers, with an application to the Entscheidungsproblem. Proceedings of the London Mathematical Society, s2-42(1), 230–265. https://doi.org/10.1112/plms/s2-42.1.230',
        inText: '(Turing, 1937)',
      },
    },
    {
      input: {
        style: 'bibtex',
        type: 'book',
        title: 'The Art of Computer Programming',
        authors: [{ family: 'Knuth', given: 'Donald E.' }],
        year: 1968,
        publisher: 'Addison-Wesley',
      },
      output: {
        citation:
          '@book{knuth1968art,\n  author = {Knuth, Donald E.},\n  title = {The Art of Computer Programming},\n  year = {1968},\n  publisher = {Addison-Wesley}\n}',
        inText: 'knuth1968art',
      },
    },
  ],
  handler: ({ style, ...source }) => cite(source, style),
});
