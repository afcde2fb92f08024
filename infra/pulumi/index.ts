/** What `pulumi up` runs. */
import { createApplication } from './application';
import { readSettings } from './settings';

export = createApplication(readSettings());
