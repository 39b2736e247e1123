// The function app on Flex Consumption, its settings, and who may reach it.

import { instanceMemory, resourceTags, updateStrategy } from 'types.bicep'

@description('Region of the app.')
param location string

@description('Name of the plan.')
param planName string

@description('Name of the app, and of its host name.')
@minLength(2)
@maxLength(60)
param name string

@description('Name of the identity that the app and the host use.')
param appIdentityName string

@description('Name of the identity that takes the place of a client secret when people sign in.')
param signInIdentityName string

@description('Name of the storage account.')
param storageAccountName string

@description('Name of the vault with the client secrets of connectors.')
param vaultName string

@description('Name of the Application Insights component.')
param componentName string

@description('Workspace that keeps who was let in and who was refused.')
param workspaceName string

@description('Entra tenant whose people may sign in.')
param tenantId string

@description('Client id of the app registration with which people sign in.')
param clientId string

@description('Sign-in name of who may do everything until a team member has that e-mail address.')
param firstAdministrator string

@description('When mail is looked for, in the six fields of NCRONTAB, UTC.')
param pollSchedule string

@description('Requests of one person per second and instance; 0 for no limit.')
@minValue(0)
param rateLimit int

@description('Requests of one application per second and instance; 0 for no limit.')
@minValue(0)
param rateLimitApplications int

@description('What is logged: DEBUG, INFO, WARN or ERROR.')
param logLevel 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'

@description('Where spans, log lines and figures go beside stdout: nowhere, to Application Insights or to a receiver of OTLP.')
param telemetry '' | 'applicationinsights' | 'otlp'

@description('Address of a receiver of OTLP over HTTP.')
param otlpEndpoint string

@description('Memory of one instance.')
param memory instanceMemory

@description('The most instances of each function.')
@minValue(40)
@maxValue(1000)
param maximumInstances int

@description('Instances that always wait for people, so that no page waits for a start; each costs about 5 dollars a month.')
@minValue(0)
@maxValue(20)
param alwaysReady int

@description('Whether the plan spreads over availability zones.')
param zoneRedundant bool

@description('What happens to running calls when settings or code change.')
param strategy updateStrategy

@description('Whether sign-ins and refusals are logged.')
param signInLog bool

@description('Name of the virtual network in which the app runs; empty for none.')
param networkName string

@description('Name of its subnet.')
param subnetName string

@description('Tags of every resource.')
param tags resourceTags

// Written by `go test ./handlers/app -update`: the operations that the code declares public.
var publicPaths = loadJsonContent('public.json')

// The platform reads under this name the client id of an identity whose token takes the place of a secret.
// https://learn.microsoft.com/azure/app-service/configure-authentication-provider-aad#use-a-managed-identity-instead-of-a-secret-preview
var assertionSetting = 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'

resource appIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: appIdentityName
}

resource signInIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: signInIdentityName
}

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: storageAccountName
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

resource network 'Microsoft.Network/virtualNetworks@2026-03-01' existing = if (!empty(networkName)) {
  name: networkName

  resource subnet 'subnets' existing = {
    name: subnetName
  }
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${appIdentity.id}': {}
      '${signInIdentity.id}': {}
    }
  }
  properties: {
    clientAffinityEnabled: false
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${account.properties.primaryEndpoints.blob}packages'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: appIdentity.id
          }
        }
      }
      runtime: { name: 'custom', version: '1.0' }
      scaleAndConcurrency: {
        alwaysReady: alwaysReady == 0 ? [] : [{ name: 'http', instanceCount: alwaysReady }]
        instanceMemoryMB: memory
        maximumInstanceCount: maximumInstances
        triggers: {
          http: { perInstanceConcurrency: 32 }
        }
      }
      // The newest resource types do not know it yet.
      // https://learn.microsoft.com/azure/azure-functions/flex-consumption-site-updates
      #disable-next-line BCP037
      siteUpdateStrategy: { type: strategy }
    }
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    serverFarmId: plan.id
    siteConfig: {
      alwaysOn: false
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      remoteDebuggingEnabled: false
      scmMinTlsVersion: '1.2'
      // What the platform sets itself (WEBSITE_*, FUNCTIONS_*, IDENTITY_*) never stands here.
      appSettings: [
        { name: 'FUNCTIONS_REQUEST_BODY_SIZE_LIMIT', value: '167772160' } // bytes; the one of them that is for the app to set
        { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
        { name: 'AzureWebJobsStorage__clientId', value: appIdentity.properties.clientId }
        { name: 'AzureWebJobsStorage__blobServiceUri', value: account.properties.primaryEndpoints.blob }
        { name: 'AzureWebJobsStorage__queueServiceUri', value: account.properties.primaryEndpoints.queue }
        { name: 'AzureWebJobsStorage__tableServiceUri', value: account.properties.primaryEndpoints.table }
        { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: component.properties.ConnectionString }
        {
          name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
          value: 'ClientId=${appIdentity.properties.clientId};Authorization=AAD'
        }
        { name: assertionSetting, value: signInIdentity.properties.clientId }
        { name: 'KEY_VAULT_URL', value: vault.properties.vaultUri }
        { name: 'AUTH_TENANT_ID', value: tenantId }
        { name: 'AUTH_CLIENT_ID', value: clientId }
        { name: 'FIRST_ADMINISTRATOR', value: firstAdministrator }
        { name: 'POLL_SCHEDULE', value: pollSchedule }
        { name: 'INSTANCE_MEMORY_MB', value: string(memory) }
        { name: 'RATE_LIMIT', value: string(rateLimit) }
        { name: 'RATE_LIMIT_APPLICATIONS', value: string(rateLimitApplications) }
        { name: 'LOG_LEVEL', value: logLevel }
        { name: 'TELEMETRY', value: telemetry }
        { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: otlpEndpoint }
      ]
    }
    virtualNetworkSubnetId: empty(networkName) ? null : network::subnet.id
  }

  // Packages are pushed with an Entra token.
  resource ftpCredentials 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scmCredentials 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource authentication 'config' = {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: true }
      globalValidation: {
        requireAuthentication: true
        unauthenticatedClientAction: 'RedirectToLoginPage'
        redirectToProvider: 'azureactivedirectory'
        excludedPaths: publicPaths
      }
      httpSettings: {
        requireHttps: true
        routes: { apiPrefix: '/.auth' }
        forwardProxy: { convention: 'NoProxy' }
      }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            openIdIssuer: uri(environment().authentication.loginEndpoint, '${tenantId}/v2.0')
            clientId: clientId
            clientSecretSettingName: assertionSetting
          }
          validation: {
            allowedAudiences: [
              clientId
              'api://${clientId}'
            ]
            // Any client application of the tenant may ask: without an app role, or a team member behind it,
            // the product itself refuses.
            defaultAuthorizationPolicy: { allowedApplications: [] }
          }
        }
      }
      login: {
        // The product reads claims only: no token is kept.
        tokenStore: { enabled: false }
        preserveUrlFragmentsForLogins: false
      }
    }
  }
}

// What the host and the code log is in Application Insights; a second copy would cost as much again.
// The rule wants 2016-09-01; this is the version that all of Azure uses.
#disable-next-line use-recent-api-versions
resource signIns 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (signInLog) {
  name: 'sign-ins'
  scope: app
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'AppServiceAuthenticationLogs', enabled: true }]
  }
}

@description('Host name of the app.')
output hostName string = app.properties.defaultHostName
