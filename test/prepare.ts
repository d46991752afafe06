import { cacheOf, defaultData } from '../backend/cli/places.ts'
import { LAB_PACKAGES, TEST_PACKAGES } from '../backend/cli/prepare/packages.ts'
import {
  type Preparation,
  prepareAccount,
  prepareBerths,
  preparePackages,
  prepareSite,
} from '../backend/cli/prepare/prepare.ts'

/** What tests and benches need besides npm's packages: Debian's packages, the baked hosts, the site, the web process's account. */
export async function prepareTests(preparation: Preparation): Promise<void> {
  await preparePackages([...LAB_PACKAGES, ...TEST_PACKAGES], preparation)
  await prepareBerths(cacheOf(process.env.DRYDOCK_DATA || defaultData(process.env), process.env), preparation)
  await prepareSite(preparation)
  await prepareAccount(preparation)
}
