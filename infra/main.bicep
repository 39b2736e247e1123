// Kantoorpost in one resource group: a function app, and what it needs.
//
//   az deployment group create --resource-group … --parameters infra/prod.bicepparam
//
// Names follow from the resource group, so that the same group always gives the same names.

targetScope = 'resourceGroup'

import { instanceMemory, region, resourceTags, storageRedundancy, updateStrategy } from 'types.bicep'

@description('Region of everything.')
param location region = 'westeurope'

@description('What the environment is called; part of the names that people see.')
@minLength(2)
@maxLength(10)
param environmentName string

@description('Entra tenant whose people may sign in. It must be the tenant of the subscription.')
param tenantId string

@description('Client id of the app registration with which people sign in.')
param clientId string

@description('Sign-in name of who may do everything until a team member has that e-mail address.')
param firstAdministrator string

@description('Object id of who deploys, so that packages can be kept; empty for nobody.')
param deployerId string = ''

@description('Whether a person deploys, or a pipeline.')
param deployerType 'User' | 'ServicePrincipal' = 'User'

@description('Object id of an Entra group that may look at queues and tables in the portal, mail and chats included; empty for none.')
param operatorsId string = ''

@description('When mail is looked for, in the six fields of NCRONTAB, UTC.')
param pollSchedule string = '0 */5 * * * *'

@description('Requests of one person per second and instance, in bursts of five times as many; 0 for no limit.')
@minValue(0)
param rateLimit int = 10

@description('The same of one application.')
@minValue(0)
param rateLimitApplications int = 50

@description('What is logged.')
param logLevel 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' = 'INFO'

@description('Where spans, log lines and figures go beside stdout: nowhere, to Application Insights or to a receiver of OTLP.')
param telemetry '' | 'applicationinsights' | 'otlp' = ''

@description('Address of a receiver of OTLP over HTTP, for the value otlp.')
param otlpEndpoint string = ''

@description('Memory of one instance.')
param memory instanceMemory = 512

@description('The most instances of each function: functions scale on their own, so that the whole app may have several times as many.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 40

@description('Instances that always wait for people, so that no page waits for a start; each costs about 5 dollars a month.')
@minValue(0)
@maxValue(20)
param alwaysReady int = 0

@description('What happens to running calls when settings or code change.')
param strategy updateStrategy = 'Recreate'

@description('Whether the app spreads over availability zones.')
param zoneRedundant bool = false

@description('How many copies of the data are kept, and where.')
param redundancy storageRedundancy = 'Standard_ZRS'

@description('Days in which a deleted blob or container can be brought back.')
@minValue(7)
@maxValue(365)
param softDeleteDays int = 14

@description('The most that a day of logs may hold, in GB; what comes later that day is not kept.')
param dailyCapGb string = '0.5'

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int = 30

@description('E-mail address that alerts go to; empty for nobody: they are then in the portal only.')
param alertAddress string = firstAdministrator

@description('Whether sign-ins and refusals are logged.')
param signInLog bool = true

@description('Whether storage and vault are reached through private endpoints only. Packages are then deployed, and tables looked at, from inside the network.')
param privateNetwork bool = false

@description('Address space of the private network, at least a /24.')
param addressPrefix string = '10.42.0.0/24'

@description('What a month may cost, in the currency of the subscription, before the owners get a notice; 0 for no budget.')
@minValue(0)
param monthlyBudget int = 25

@description('First day of the first month of the budget. It cannot change later.')
param budgetStart string

@description('Whether storage and vault are protected against deletion.')
param lock bool = true

@description('Tags of every resource, beside those of the template.')
param tags resourceTags = {}

@description('Name of the app and of its address; empty for one that follows from the resource group.')
@maxLength(60)
param appName string = ''

@description('Name of the storage account; empty for one that follows from the resource group.')
@maxLength(24)
param storageAccountName string = ''

@description('Name of the vault; empty for one that follows from the resource group.')
@maxLength(24)
param vaultName string = ''

var abbreviations = loadJsonContent('abbreviations.json')
var token = uniqueString(resourceGroup().id)
var suffix = 'kantoorpost-${environmentName}-${token}'
var allTags = union({ application: 'kantoorpost', environment: environmentName }, tags)

var names = {
  actionGroup: '${abbreviations.actionGroup}${suffix}'
  app: empty(appName) ? '${abbreviations.functionApp}${suffix}' : appName
  appIdentity: '${abbreviations.managedIdentity}${suffix}'
  appSubnet: '${abbreviations.subnet}app'
  component: '${abbreviations.applicationInsights}${suffix}'
  network: '${abbreviations.virtualNetwork}${suffix}'
  plan: '${abbreviations.plan}${suffix}'
  signInIdentity: '${abbreviations.managedIdentity}${suffix}-signin'
  storage: empty(storageAccountName) ? '${abbreviations.storageAccount}kp${token}' : storageAccountName
  vault: empty(vaultName) ? '${abbreviations.keyVault}kp-${token}' : vaultName
  workspace: '${abbreviations.logAnalytics}${suffix}'
}

module identity 'identity.bicep' = {
  params: {
    location: location
    appIdentityName: names.appIdentity
    signInIdentityName: names.signInIdentity
    tags: allTags
  }
}

module monitor 'monitor.bicep' = {
  params: {
    location: location
    workspaceName: names.workspace
    componentName: names.component
    dailyCapGb: dailyCapGb
    retentionDays: retentionDays
    tags: allTags
  }
}

module storage 'storage.bicep' = {
  params: {
    location: location
    name: names.storage
    redundancy: redundancy
    privateNetwork: privateNetwork
    softDeleteDays: softDeleteDays
    lock: lock
    tags: allTags
  }
}

module vault 'vault.bicep' = {
  params: {
    location: location
    name: names.vault
    workspaceName: names.workspace
    privateNetwork: privateNetwork
    lock: lock
    tags: allTags
  }
  dependsOn: [monitor]
}

module network 'network.bicep' = if (privateNetwork) {
  params: {
    location: location
    networkName: names.network
    appSubnetName: names.appSubnet
    endpointSubnetName: '${abbreviations.subnet}endpoints'
    endpointPrefix: '${abbreviations.privateEndpoint}${suffix}-'
    addressPrefix: addressPrefix
    storageAccountName: names.storage
    vaultName: names.vault
    tags: allTags
  }
  dependsOn: [storage, vault]
}

module access 'access.bicep' = {
  params: {
    storageAccountName: names.storage
    vaultName: names.vault
    componentName: names.component
    workspaceName: names.workspace
    appIdentityName: names.appIdentity
    deployerId: deployerId
    deployerType: deployerType
    operatorsId: operatorsId
  }
  dependsOn: [identity, monitor, storage, vault]
}

// The roles come first, so that the first start finds them.
module app 'app.bicep' = {
  params: {
    location: location
    planName: names.plan
    name: names.app
    appIdentityName: names.appIdentity
    signInIdentityName: names.signInIdentity
    storageAccountName: names.storage
    vaultName: names.vault
    componentName: names.component
    workspaceName: names.workspace
    tenantId: tenantId
    clientId: clientId
    firstAdministrator: firstAdministrator
    pollSchedule: pollSchedule
    rateLimit: rateLimit
    rateLimitApplications: rateLimitApplications
    logLevel: logLevel
    telemetry: telemetry
    otlpEndpoint: otlpEndpoint
    memory: memory
    maximumInstances: maximumInstances
    alwaysReady: alwaysReady
    zoneRedundant: zoneRedundant
    strategy: strategy
    signInLog: signInLog
    networkName: privateNetwork ? names.network : ''
    subnetName: names.appSubnet
    tags: allTags
  }
  dependsOn: [access, network]
}

module budget 'budget.bicep' = if (monthlyBudget > 0) {
  params: {
    name: suffix
    amount: max(monthlyBudget, 1)
    startDate: budgetStart
    emails: [firstAdministrator]
  }
}

module alerts 'alerts.bicep' = {
  params: {
    location: location
    prefix: '${abbreviations.alertRule}${suffix}-'
    actionGroupName: names.actionGroup
    workspaceName: names.workspace
    hostName: app.outputs.hostName
    alertAddress: alertAddress
    tags: allTags
  }
  dependsOn: [monitor]
}

module workbook 'workbook.bicep' = {
  params: {
    location: location
    workspaceName: names.workspace
    tags: allTags
  }
  dependsOn: [monitor]
}

@description('Name of the function app: packages are pushed to it.')
output APP_NAME string = names.app

@description('Host name of the app: where people go, and part of the redirect address of the app registration.')
output APP_HOST string = app.outputs.hostName

@description('Object id of the identity for sign-in: the subject of the federated credential on the app registration.')
output SIGN_IN_PRINCIPAL_ID string = identity.outputs.signInPrincipalId

@description('Name of the storage account with tables, queues and packages.')
output STORAGE_ACCOUNT string = names.storage

@description('Name of the vault with the client secrets of connectors.')
output VAULT_NAME string = names.vault
