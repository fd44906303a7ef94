/** Where the thread of one driver begins. */
import { serveDriver } from './driver_thread.ts';

await serveDriver();
