/** Syntax that is not to be used: each selector with what is said about it. */
const syntax = {
  meta: { type: 'suggestion', schema: { type: 'array' } },
  create: ({ options, report }) =>
    Object.fromEntries(options.map(({ selector, message }) => [selector, (node) => report({ node, message })])),
};

export default { meta: { name: 'dashkeep' }, rules: { syntax } };
