export declare function bundleCli(folder?: string): Promise<string>;
export declare function importCli(folder?: string): Promise<typeof import('../src/cli.ts')>;
