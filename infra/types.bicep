// Types that more than one file needs.

@export()
@description('Copies in three zones, in a second region, or in one building only.')
type storageRedundancy = 'Standard_ZRS' | 'Standard_GZRS' | 'Standard_GRS' | 'Standard_LRS'

@export()
@description('Memory of one instance, in MB. 512 MB has a quarter of a core.')
type instanceMemory = 512 | 2048 | 4096

@export()
@description('What happens to running calls when settings or code change: Recreate ends them, RollingUpdate (preview) lets them finish.')
type updateStrategy = 'Recreate' | 'RollingUpdate'

@export()
@description('Regions in the European Union with Flex Consumption and availability zones.')
type region =
  | 'francecentral'
  | 'germanywestcentral'
  | 'italynorth'
  | 'northeurope'
  | 'polandcentral'
  | 'spaincentral'
  | 'swedencentral'
  | 'westeurope'

@export()
@description('Tags of a resource.')
type resourceTags = { *: string }
