/** The driver gives its pins back as soon as the device has the pages. */
import { uncharge_region } from '../drivers/accounting.ts';
import { clear_device_ptes, install_device_ptes } from '../drivers/device.ts';
import { REGION } from '../drivers/system.ts';
import { unpin_pages } from '../kernel/mm/page.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { visitRuns } from '../machine/store.ts';
import { type Mutant, replace } from './mutant.ts';

export const unpinnedWhileInUse: Mutant = {
  name: 'unpinned_while_in_use',
  title: 'pages are unpinned when they have been mapped for the device, which goes on using them',
  imitates: 'K206: iommufd unpinned pages while an access still had them',
  facts: ['K6', 'K206'],
  driver: 'gup',
  breaks: ['I1'],
  filesStayMapped: true,
  patches: [
    replace('gup pin', 'map for the device', ['region'], ({ label }) => [
      label('map for the device and unpin', 'K206', (k, f) => {
        const start = k.regions.get(f.region, REGION.start);
        const end = k.regions.get(f.region, REGION.end);
        install_device_ptes(k, f.region, start, end);
        visitRuns(k.device_ptes, f.region, start, end, (va, to, pte) => {
          unpin_pages(k, pte_pfn(pte), to - va);
        });
      }),
    ]),
    replace('gup unpin', 'unpin_user_pages', ['region'], ({ label }) => [
      label('unmap for the device', 'K206', (k, f) => {
        const { region } = f;
        clear_device_ptes(k, region, k.regions.get(region, REGION.start), k.regions.get(region, REGION.end));
        uncharge_region(k, region, 'rdma');
      }),
    ]),
  ],
};
