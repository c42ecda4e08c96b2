/** Work that the system refuses what it refuses to users without privileges: root may read every file. */

const nobody = 65534;

/** Does the work as a user without privileges; null where this system has none. */
export const asNobody = async <A>(work: () => Promise<A>): Promise<A | null> => {
  const { geteuid, seteuid } = process;
  if (geteuid === undefined || seteuid === undefined) return null;
  if (geteuid() !== 0) return work();
  seteuid(nobody);
  try {
    return await work();
  } finally {
    seteuid(0);
  }
};
