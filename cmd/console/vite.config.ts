// The console's build. Assets carry their content's hash in the name and are compressed here once, so that the daemon
// only hands out bytes. `vite` (npm run dev) passes /api on to a running daemon: IPCASE_API=http://127.0.0.1:8470
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import vue from '@vitejs/plugin-vue';
import elementStyles from 'unplugin-element-plus/vite';
import { defineConfig, type Plugin } from 'vite';
import { labels } from './labels';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const outDir = process.env.CONSOLE_OUT ?? here('../../build/console');

/** Writes NAME.br and NAME.gz beside each text file. */
function compress(): Plugin {
	return {
		name: 'compress',
		apply: 'build',
		closeBundle() {
			for (const entry of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
				const path = join((entry as { parentPath?: string }).parentPath ?? entry.path, entry.name);
				if (!entry.isFile() || !/\.(js|css|html|svg|json|webmanifest)$/.test(entry.name)) continue;
				const bytes = readFileSync(path);
				const smaller = (packed: Buffer, end: string) => packed.length < bytes.length && writeFileSync(path + end, packed);
				smaller(gzipSync(bytes, { level: 9 }), '.gz');
				smaller(brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }), '.br');
			}
		},
	};
}

/** `virtual:field-labels`: what people call each input and fact, {name: [label, type]}, out of the API's description. */
function fieldLabels(): Plugin {
	const id = 'virtual:field-labels';
	const source = process.env.CONSOLE_SCHEMA ? process.env.CONSOLE_SCHEMA.replace(/schema\.d\.ts$/, 'openapi.json') : here('../../build/gen/console/openapi.json');
	return {
		name: 'field-labels',
		resolveId: (name) => (name === id ? `\0${id}` : undefined),
		load(name) {
			if (name !== `\0${id}`) return undefined;
			const schemas = JSON.parse(readFileSync(source, 'utf8')).components.schemas as Record<string, Record<string, string>>;
			const fields = Object.entries(schemas).filter(([key]) => key.startsWith('field.'));
			return `export default ${JSON.stringify(Object.fromEntries(fields.map(([key, f]) => [key.slice(6), [f.title, f['x-type']]])))}`;
		},
	};
}

export default defineConfig({
	root: here('.'),
	resolve: {
		alias: {
			'@schema': process.env.CONSOLE_SCHEMA ?? here('../../build/gen/console/schema.d.ts'),
			'@': here('src'),
		},
	},
	plugins: [
		vue(),
		labels(),
		fieldLabels(),
		// The styles of what is imported from element-plus by name, and no others.
		elementStyles({ format: 'esm' }),
		compress(),
	],
	build: {
		outDir,
		emptyOutDir: true,
		// County offices still have Windows 7, whose last Chromium is 109.
		target: ['chrome87', 'firefox90', 'safari15'],
		assetsInlineLimit: 0, // the content security policy wants files
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
	},
	server: {
		host: '127.0.0.1',
		// The daemon compares Origin with Host: both stay this server's.
		proxy: { '/api': { target: process.env.IPCASE_API ?? 'http://127.0.0.1:8470', changeOrigin: false } },
	},
	test: { include: ['src/**/*.test.ts'], environment: 'node' },
} as Parameters<typeof defineConfig>[0]);
