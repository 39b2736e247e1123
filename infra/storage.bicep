// The storage account: mail and chats in tables, jobs in queues, packages and the files of replies in containers.

import { resourceTags, storageRedundancy } from 'types.bicep'

@description('Region of the account.')
param location string

@description('Name of the account.')
@minLength(3)
@maxLength(24)
param name string

@description('How many copies are kept, and where.')
param redundancy storageRedundancy

@description('Whether the account can be reached through private endpoints only.')
param privateNetwork bool

@description('Days in which a deleted blob or container can be brought back.')
@minValue(7)
@maxValue(365)
param softDeleteDays int

@description('Whether the account is protected against deletion.')
param lock bool

@description('Tags of every resource.')
param tags resourceTags

// Written by `go test ./handlers/app -update` from the function table.
var content = loadJsonContent('storage.json')

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
    }
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    supportsHttpsTrafficOnly: true
  }

  resource blobService 'blobServices' = {
    name: 'default'
    properties: {
      containerDeleteRetentionPolicy: { enabled: true, days: softDeleteDays }
      deleteRetentionPolicy: { enabled: true, days: softDeleteDays }
    }

    resource containers 'containers' = [
      for container in content.containers: {
        name: container
        properties: { publicAccess: 'None' }
      }
    ]
  }

  resource queueService 'queueServices' = {
    name: 'default'

    resource queues 'queues' = [
      for queue in concat(content.queues, content.poisonQueues): {
        name: queue
      }
    ]
  }

  resource tableService 'tableServices' = {
    name: 'default'

    resource tables 'tables' = [
      for table in content.tables: {
        name: table
      }
    ]
  }
}

// Tables have no soft delete: whoever deletes the account deletes all mail and chats.
resource noDeletion 'Microsoft.Authorization/locks@2020-05-01' = if (lock) {
  name: 'keep'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds all mail and chats of the office; tables have no soft delete.'
  }
}
