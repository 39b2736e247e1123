// The figures of the ticks as a workbook in the portal.

import { resourceTags } from 'types.bicep'

@description('Region of the workbook.')
param location string

@description('Name of the workspace with the logs.')
param workspaceName string

@description('Tags of every resource.')
param tags resourceTags

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' existing = {
  name: workspaceName
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    category: 'workbook'
    displayName: 'Kantoorpost'
    serializedData: string(loadJsonContent('workbook.json'))
    sourceId: workspace.id
    version: 'Notebook/1.0'
  }
}
