// Writes the made-up files of the example into a folder, for golden.py: bun models/house-price/write-synthetic.ts FOLDER

import { join } from 'node:path'
import { makeSyntheticFiles } from './synthetic.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('bun models/house-price/write-synthetic.ts FOLDER')
for (const [name, content] of makeSyntheticFiles()) await Bun.write(join(folder, name), content)
