// To try things out: small, one copy in one building, and easy to remove again.
using 'main.bicep'

param environmentName = 'dev'
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param tenantId = readEnvironmentVariable('AZURE_TENANT_ID', 'tenant.invalid')
param clientId = readEnvironmentVariable('KANTOORPOST_CLIENT_ID', 'client-id.invalid')
param firstAdministrator = readEnvironmentVariable('KANTOORPOST_ADMINISTRATOR', 'administrator@office.invalid')
param alertAddress = readEnvironmentVariable(
  'KANTOORPOST_ALERTS',
  readEnvironmentVariable('KANTOORPOST_ADMINISTRATOR', '')
)
param deployerId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param deployerType = readEnvironmentVariable('KANTOORPOST_DEPLOYER_TYPE', 'User')
param operatorsId = readEnvironmentVariable('KANTOORPOST_OPERATORS', '')
param budgetStart = readEnvironmentVariable('KANTOORPOST_BUDGET_START', '2026-12-01')

param lock = false
param logLevel = 'DEBUG'
param redundancy = 'Standard_LRS'
param softDeleteDays = 7
