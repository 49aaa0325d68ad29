export async function openPage(): Promise<(body: unknown) => string> { return String; }
