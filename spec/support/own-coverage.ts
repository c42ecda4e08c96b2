/**
 * Where Node counts what the specs run (NODE_V8_COVERAGE), it counts in mocha's own process alone: commands that specs start
 * run the compiled code, and some with too few open files to write down what they ran.
 */

delete process.env.NODE_V8_COVERAGE;
