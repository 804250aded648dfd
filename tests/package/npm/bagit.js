// SPDX-License-Identifier: MulanPSL-2.0
//
// bagit.js FOLDER: is it a valid bag of BagIt 1.0? Asks the package bagit-tools, which has nothing to do with ipcase; exit 0 when
// it says so, 1 with the reasons. `make deps` installs it, as package-lock.json pins it, into build/npm.
'use strict'
const verify = require('bagit-tools/lib/verify')

verify(process.argv[2], { version: '1.0', test: true }, (err, valid, results) => {
  const checks = (results || []).filter((r) => r.type === 'assert')
  const counted = checks.filter((r) => r.name === 'entries match file count')
  if (err) console.log(String(err))
  for (const check of checks) if (!check.ok) console.log(check.name)
  // It has nothing against a folder without any manifest.
  if (counted.length === 0) console.log('no manifest')
  process.exitCode = !err && valid && counted.length > 0 ? 0 : 1
})
