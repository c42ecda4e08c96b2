/** All specs without fused kernels: `npm run test:op-by-op`. Set here, since no shell of every system sets it. */

process.env.DRUMHEAD_FUSE = 'off';
