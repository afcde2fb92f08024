/** The pages run in a browser: they have a tsconfig of their own, with the DOM's types and without anybody else getting those. */
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, '..', '..', 'src', 'page');

it('type-checks what runs in the browser', () => {
  const read = ts.readConfigFile(join(FOLDER, 'tsconfig.json'), ts.sys.readFile.bind(ts.sys));
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(read.config, ts.sys, FOLDER);
  const program = ts.createProgram(fileNames, options);
  // The rest of the sources is checked by its own tsconfig.
  const ours = fileNames.flatMap((name) => program.getSourceFile(name) ?? []);
  const found = ours.flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]);
  const faults = [...errors, ...program.getGlobalDiagnostics(), ...found].map(
    ({ file, start, messageText }) =>
      `${file?.fileName ?? ''}(${file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : ''}): ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
  );
  expect(fileNames.length).toBeGreaterThan(5);
  expect(faults).toEqual([]);
});
