import { messageOf } from '../../../errors/describe.js';
import { builtin } from '../builtin.js';
import { passwordInput, passwordOf } from '../database/secret.js';
import { bytesOf } from '../encoding/bytes.js';
import { library } from '../on-thread.js';
import { failed } from '../refusal.js';
import { boolean, integer, list, object, text, withDefault } from '../schema.js';

const address = text('An address, such as Ada <ada@example.com>.', {
  min: 3,
  max: 320,
  pattern: '^[^\\r\\n]+@[^\\r\\n]+$',
});
const addresses = (description: string) => list(address, description, { max: 100 });

export const emailSend = builtin({
  name: 'email.send',
  description: 'Sends an e-mail by an SMTP server, over TLS where the server has it.',
  category: 'network',
  tags: ['email', 'mail', 'smtp', 'notify'],
  security: 'privileged',
  permissions: ['net', 'environment'],
  input: object(
    {
      host: text('The SMTP server.', { min: 1, max: 255 }),
      from: address,
      to: list(address, 'To whom.', { min: 1, max: 100 }),
      subject: text('The subject.', { max: 998, pattern: '^[^\\r\\n]*$' }),
    },
    {
      port: withDefault(587, integer('Its port.', { min: 1, max: 65_535 })),
      tls: withDefault(false, boolean('Whether to speak TLS from the beginning (port 465), not after STARTTLS.')),
      plain: withDefault(
        false,
        boolean('Whether to go on without TLS if the server has none. A password is never sent so.'),
      ),
      user: text('Who to log in as.', { max: 320 }),
      ...passwordInput,
      text: text('The text.'),
      html: text('The same as HTML.'),
      cc: addresses('Copies.'),
      bcc: addresses('Copies that nobody sees.'),
      replyTo: address,
      attachments: list(
        object({
          name: text('Its file name.', { min: 1, max: 255 }),
          base64: text('Its content.', { max: 8_000_000 }),
        }),
        'Files.',
        { max: 20 },
      ),
    },
  ),
  output: object({
    id: text('The Message-ID.'),
    accepted: list(text('An address.'), 'Whom the server takes it for.'),
    rejected: list(text('An address.'), 'Whom it does not.'),
    response: text('What the server said last.'),
  }),
  examples: [
    {
      input: {
        host: 'mail.example.com',
        from: 'a@example.com',
        to: ['b@example.com'],
        subject: 'Hi',
        text: 'Hello',
        plain: true,
      },
      check: (output) => (output as { accepted: string[] }).accepted.includes('b@example.com'),
    },
    {
      description: 'With a file',
      input: {
        host: 'mail.example.com',
        from: 'a@example.com',
        to: ['b@example.com'],
        subject: 'A file',
        plain: true,
        attachments: [{ name: 'hello.txt', base64: 'aGVsbG8=' }],
      },
      check: (output) => (output as { rejected: string[] }).rejected.length === 0,
    },
  ],
  async handler(input, context) {
    const { host, port, tls, plain, user, attachments = [], from, to, subject, text, html, cc, bcc, replyTo } = input;
    const { createTransport } = await library(() => import('nodemailer'));
    const pass = passwordOf(context, input);
    const socket = await context.connect({ host, port, tls });
    const transport = createTransport({
      host,
      port,
      secure: tls,
      requireTLS: !tls && (!plain || pass !== undefined),
      getSocket: (_options: unknown, callback: (error: Error | null, options: object) => void) =>
        callback(null, { connection: socket, secured: tls }),
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(user === undefined ? {} : { auth: { user, pass: pass ?? '' } }),
    } as never);
    const files = attachments.map(({ name, base64 }) => ({
      filename: name,
      content: bytesOf(base64, 'base64', `attachments: ${name}`),
    }));
    const message = {
      from,
      to: [...to],
      subject,
      text,
      html,
      cc: cc && [...cc],
      bcc: bcc && [...bcc],
      replyTo,
      attachments: files,
    };
    try {
      const sent = (await transport.sendMail(message as never)) as unknown as Sent;
      return {
        id: sent.messageId,
        accepted: sent.accepted.map(plainAddress),
        rejected: sent.rejected.map(plainAddress),
        response: sent.response,
      };
    } catch (error) {
      throw failed(`${host}: ${messageOf(error)}`, error);
    } finally {
      transport.close();
      socket.destroy();
    }
  },
});

interface Sent {
  readonly messageId: string;
  readonly accepted: readonly (string | { address: string })[];
  readonly rejected: readonly (string | { address: string })[];
  readonly response: string;
}

function plainAddress(address: string | { address: string }): string {
  return typeof address === 'string' ? address : address.address;
}
