enum Colour {
  red = 1,
  green,
}

interface Wish {
  readonly colour: keyof typeof Colour;
}

export default function (wish: Wish): number {
  return Colour[wish.colour];
}

export function fails(): never {
  throw new Error('on line 15') as never;
}
