/** Layers and scopes, from which names of parameters are made; each is known by object identity. */

/** A layer, to which parameters belong. */
export interface Layer {
  /** The kind of layer, from which its name is made, such as `conv` or `dense`. */
  readonly kind: string;
  /** The name that the user chose; by default the name is the kind and a count. */
  readonly name: string | undefined;
  /** The source location where it was built, `file:line:column`. */
  readonly at: () => string | undefined;
}

/** One call of `scope`. */
export interface Scope {
  readonly name: string;
  readonly parent: Scope | undefined;
  /** Two calls of `scope` with the same name are two scopes: using both in one program is an error. */
  readonly identity: symbol;
  /** The source location where it was made. */
  readonly at: () => string | undefined;
}
