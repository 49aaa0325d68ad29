let calls = 0;
module.exports.counter = () => ++calls;
