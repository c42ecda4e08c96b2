/** Layers and scopes, from which names of parameters are made; each is an identity. */

/** The identity that parameters belong to. */
export interface Layer {
  /** The kind of layer, from which its name is made: `conv`, `dense`. */
  readonly kind: string;
  /** Chosen by the user; without it the kind and a count. */
  readonly name: string | undefined;
  /** Where in the user's source it was built, `file:line:column`. */
  readonly at: () => string | undefined;
}

/** One call of `scope`. */
export interface Scope {
  readonly name: string;
  readonly parent: Scope | undefined;
  /** Two calls of `scope` with the same name are two scopes: using both in one program is an error. */
  readonly identity: symbol;
  /** Where in the user's source it was made. */
  readonly at: () => string | undefined;
}
