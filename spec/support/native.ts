/** In specs `auto` is wasm on every machine, also where native code was built; specs of native code ask for it by name. */

process.env.DRUMHEAD_NATIVE ??= 'off';
