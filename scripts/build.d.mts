import type { BuildOptions } from 'esbuild';

export declare const HANDLER_SIZE_LIMIT_BYTES: number;
export declare const HANDLER_BUILD_OPTIONS: BuildOptions & { mainFields: string[]; banner: { js: string } };
export declare function buildHandler(options?: { outfile?: string }): Promise<{ outfile: string; bytes: number }>;
export declare function bundlePage(name: string): Promise<{ script: string; style: string }>;
