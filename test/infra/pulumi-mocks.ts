/** Pulumi's own mocks: no engine, no account. Names and ARNs are what AWS might have given. */

export interface Made {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** The part of `@pulumi/pulumi` that is used here. */
export interface Pulumi {
  runtime: {
    setMocks(mocks: object, project: string, stack: string): Promise<void>;
    setAllConfig(config: Record<string, string>): void;
    disconnect(): Promise<void>;
  };
}

export const UUID = '12345678-1234-1234-1234-123456789abc';

export const IMAGE = `111122223333.dkr.ecr.eu-west-1.amazonaws.com/worker@sha256:${'0'.repeat(64)}`;

/** Everything that the program makes in a stack with this configuration. */
export async function madeBy(
  { runtime }: Pulumi,
  { stack, config }: { stack: string; config: Record<string, string | number> },
  program: () => void | Promise<void>,
): Promise<Made[]> {
  const made: Made[] = [];
  const mocks = {
    newResource: ({ type, name, inputs }: Made) => {
      made.push({ type, name, inputs });
      const given = {
        arn: `arn:${type}:${name}`,
        name: `${name}-1a2b`,
        url: `https://sqs/${name}`,
        bucket: `${name}-1a2b`,
        version: '7',
        uuid: UUID,
      };
      return { id: `${name}-id`, state: { ...given, ...inputs } };
    },
    call: () => ({ partition: 'aws', region: 'eu-west-1', accountId: '111122223333' }),
  };
  await runtime.setMocks(mocks, 'prewarm', stack);
  runtime.setAllConfig(
    Object.fromEntries(Object.entries(config).map(([name, value]) => [`prewarm:${name}`, String(value)])),
  );
  await program();
  // Outputs are made of promises: it waits until no resource is left to register.
  await runtime.disconnect();
  return made;
}
