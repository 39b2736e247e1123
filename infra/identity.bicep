// The two identities of the app: one that reads and writes, and one that proves to Entra that it is the app.

import { resourceTags } from 'types.bicep'

@description('Region of the identities.')
param location string

@description('Name of the identity that the app and the host use for storage, vault and telemetry.')
param appIdentityName string

@description('Name of the identity that takes the place of a client secret when people sign in. It gets no role anywhere.')
param signInIdentityName string

@description('Tags of every resource.')
param tags resourceTags

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: appIdentityName
  location: location
  tags: tags
}

// Microsoft asks for an identity that is used for nothing else, so that storage rights and sign-in trust stay apart.
// https://learn.microsoft.com/azure/app-service/configure-authentication-provider-aad#use-a-managed-identity-instead-of-a-secret-preview
resource signIn 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: signInIdentityName
  location: location
  tags: tags
}

@description('Object id of the identity for sign-in: the subject of the federated credential on the app registration.')
output signInPrincipalId string = signIn.properties.principalId
