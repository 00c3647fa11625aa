#!/usr/bin/env node
/** The command `crossfade` in a checkout. Nothing imports it: it is not evaluated before its verb has ended. */
import {main} from './command-line.ts';
import {leave} from './leave.ts';

leave(await main(process.argv.slice(2)));
