export default const = ;
