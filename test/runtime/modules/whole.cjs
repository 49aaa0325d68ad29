// A module that is an object, whose methods only it knows as exports.
module.exports = {
  get late() {
    throw new RangeError('not yet');
  },
  factor: 3,
  times(x) {
    return x * this.factor;
  },
};
