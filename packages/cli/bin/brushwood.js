#!/usr/bin/env node
// A file that exists before anything is built, so that npm can link the command when it installs.
import '../dist/bin/main.js';
