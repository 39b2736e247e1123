// Every role that anybody gets. What is given, to whom and why stands in access.json.

@description('Name of the storage account.')
param storageAccountName string

@description('Name of the vault.')
param vaultName string

@description('Name of the Application Insights component.')
param componentName string

@description('Name of the workspace with the logs.')
param workspaceName string

@description('Name of the identity of the app.')
param appIdentityName string

@description('Object id of who deploys, a person or a service principal; empty for nobody.')
param deployerId string

@description('Whether a person deploys, or a pipeline.')
param deployerType 'User' | 'ServicePrincipal'

@description('Object id of the Entra group of operators; empty for none.')
param operatorsId string

var access = loadJsonContent('access.json')
var content = loadJsonContent('storage.json')

// Names of assignments follow from what is known before anything exists, so that what-if can tell them.
var keys = { app: appIdentity.id, deployer: deployerId, operators: operatorsId }
var principals = {
  app: { id: appIdentity.properties.principalId, type: 'ServicePrincipal' }
  deployer: { id: deployerId, type: deployerType }
  operators: { id: operatorsId, type: 'Group' }
}

// A scope cannot be chosen by data, so each kind of scope has a loop of its own.
var queueRows = concat(
  flatten(map(content.queues, queue => map(access.app.queue, row => { name: queue, role: row.role, to: 'app' }))),
  flatten(map(
    content.poisonQueues,
    queue => map(access.app.poisonQueue, row => { name: queue, role: row.role, to: 'app' })
  )),
  empty(operatorsId)
    ? []
    : flatten(map(
        concat(content.queues, content.poisonQueues),
        queue => map(access.operators.queue, row => { name: queue, role: row.role, to: 'operators' })
      ))
)
var tableRows = concat(
  flatten(map(content.tables, table => map(access.app.table, row => { name: table, role: row.role, to: 'app' }))),
  empty(operatorsId)
    ? []
    : flatten(map(
        content.tables,
        table => map(access.operators.table, row => { name: table, role: row.role, to: 'operators' })
      ))
)
var containerRows = empty(deployerId)
  ? []
  : flatten(map(
      ['packages', 'releases'],
      container => map(access.deployer.container, row => { name: container, role: row.role, to: 'deployer' })
    ))
var workspaceRows = concat(
  empty(deployerId) ? [] : map(access.deployer.workspace, row => { role: row.role, to: 'deployer' }),
  empty(operatorsId) ? [] : map(access.operators.workspace, row => { role: row.role, to: 'operators' })
)

resource appIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: appIdentityName
}

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: storageAccountName

  resource blobService 'blobServices' existing = {
    name: 'default'

    resource containers 'containers' existing = [for item in containerRows: { name: item.name }]
  }

  resource queueService 'queueServices' existing = {
    name: 'default'

    resource queues 'queues' existing = [for item in queueRows: { name: item.name }]
  }

  resource tableService 'tableServices' existing = {
    name: 'default'

    resource tables 'tables' existing = [for item in tableRows: { name: item.name }]
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
  name: vaultName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' existing = {
  name: workspaceName
}

resource accountRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for row in access.app.account: {
    name: guid(account.id, keys.app, row.role)
    scope: account
    properties: {
      principalId: principals.app.id
      principalType: principals.app.type
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', access.roles[row.role])
    }
  }
]

resource containerRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (item, i) in containerRows: {
    name: guid(account::blobService::containers[i].id, keys[item.to], item.role)
    scope: account::blobService::containers[i]
    properties: {
      principalId: principals[item.to].id
      principalType: principals[item.to].type
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', access.roles[item.role])
    }
  }
]

resource queueRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (item, i) in queueRows: {
    name: guid(account::queueService::queues[i].id, keys[item.to], item.role)
    scope: account::queueService::queues[i]
    properties: {
      principalId: principals[item.to].id
      principalType: principals[item.to].type
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', access.roles[item.role])
    }
  }
]

resource tableRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (item, i) in tableRows: {
    name: guid(account::tableService::tables[i].id, keys[item.to], item.role)
    scope: account::tableService::tables[i]
    properties: {
      principalId: principals[item.to].id
      principalType: principals[item.to].type
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', access.roles[item.role])
    }
  }
]

resource vaultRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for row in access.app.vault: {
    name: guid(vault.id, keys.app, row.role)
    scope: vault
    properties: {
      principalId: principals.app.id
      principalType: principals.app.type
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', access.roles[row.role])
    }
  }
]

resource componentRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for row in access.app.component: {
    name: guid(component.id, keys.app, row.role)
    scope: component
    properties: {
      principalId: principals.app.id
      principalType: principals.app.type
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', access.roles[row.role])
    }
  }
]

resource workspaceRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for item in workspaceRows: {
    name: guid(workspace.id, keys[item.to], item.role)
    scope: workspace
    properties: {
      principalId: principals[item.to].id
      principalType: principals[item.to].type
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', access.roles[item.role])
    }
  }
]
