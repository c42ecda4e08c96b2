/** Ports: the names under which `take` reads the results of a scan. */

/** The port of a field's value after the last step. */
export const finalPort = (field: string): string => `final/${field}`;

/** The port of the value observed under this name: a sequence with one entry for each recorded step. */
export const observedPort = (name: string): string => `observed/${name}`;

/** `observed/y` → ['observed', 'y']. */
export const splitPort = (port: string): readonly [kind: string, name: string] => {
  const slash = port.indexOf('/');
  return [port.slice(0, slash), port.slice(slash + 1)];
};

/** Whether a port reads an observed sequence. */
export const isObservedPort = (port: string): boolean => splitPort(port)[0] === 'observed';
