// Functions that are odd but legal.

export const asksBadly = (_, { call }) => call('add', [[() => 1]]);
export const asksInVain = (_, { call }) => call('nothing');
