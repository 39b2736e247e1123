// A private network: the app reaches storage and vault through it, and nobody else does.

import { resourceTags } from 'types.bicep'

@description('Region of the network.')
param location string

@description('Name of the virtual network.')
param networkName string

@description('Name of the subnet in which the app runs.')
param appSubnetName string

@description('Name of the subnet with the private endpoints.')
param endpointSubnetName string

@description('What the names of private endpoints start with.')
param endpointPrefix string

@description('Address space of the network, at least a /24.')
param addressPrefix string

@description('Name of the storage account that is reached privately.')
param storageAccountName string

@description('Name of the vault that is reached privately.')
param vaultName string

@description('Tags of every resource.')
param tags resourceTags

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: storageAccountName
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
  name: vaultName
}

resource network 'Microsoft.Network/virtualNetworks@2026-03-01' = {
  name: networkName
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
  }

  // Flex Consumption asks for this delegation; another one compiles and fails.
  resource appSubnet 'subnets' = {
    name: appSubnetName
    properties: {
      addressPrefix: cidrSubnet(addressPrefix, 26, 0)
      // Graph and Entra are reached over the internet.
      defaultOutboundAccess: true
      delegations: [
        {
          name: 'flex'
          properties: { serviceName: 'Microsoft.App/environments' }
        }
      ]
    }
  }

  resource endpointSubnet 'subnets' = {
    name: endpointSubnetName
    properties: {
      addressPrefix: cidrSubnet(addressPrefix, 26, 1)
      defaultOutboundAccess: false
    }
    // The network takes one change at a time.
    dependsOn: [appSubnet]
  }
}

var services = [
  { group: 'blob', zone: 'privatelink.blob.${environment().suffixes.storage}' }
  { group: 'queue', zone: 'privatelink.queue.${environment().suffixes.storage}' }
  { group: 'table', zone: 'privatelink.table.${environment().suffixes.storage}' }
  {
    group: 'vault'
    // suffixes.keyvaultDns is '.vault.azure.net', the zone 'privatelink.vaultcore.azure.net'.
    zone: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
  }
]

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for service in services: {
    name: service.zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (service, i) in services: {
    parent: zones[i]
    name: networkName
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

resource endpoints 'Microsoft.Network/privateEndpoints@2026-03-01' = [
  for service in services: {
    name: '${endpointPrefix}${service.group}'
    location: location
    tags: tags
    properties: {
      privateLinkServiceConnections: [
        {
          name: service.group
          properties: {
            groupIds: [service.group]
            privateLinkServiceId: service.group == 'vault' ? vault.id : account.id
          }
        }
      ]
      subnet: { id: network::endpointSubnet.id }
    }
  }
]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2026-03-01' = [
  for (service, i) in services: {
    parent: endpoints[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: service.group
          properties: { privateDnsZoneId: zones[i].id }
        }
      ]
    }
  }
]
