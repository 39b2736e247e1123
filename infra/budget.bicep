// A monthly budget of the resource group: a notice when it is used up to a part, or will be.

@description('Name of the budget.')
param name string

@description('What a month may cost, in the currency of the subscription.')
@minValue(1)
param amount int

@description('First day of the first month, such as 2026-12-01. It cannot change later.')
param startDate string

@description('Addresses that receive a notice, beside the owners of the resource group.')
param emails string[]

// https://learn.microsoft.com/azure/cost-management-billing/costs/tutorial-acm-create-budgets
resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: name
  properties: {
    amount: amount
    category: 'Cost'
    notifications: {
      half: {
        contactEmails: emails
        contactRoles: ['Owner']
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 50
        thresholdType: 'Actual'
      }
      all: {
        contactEmails: emails
        contactRoles: ['Owner']
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Actual'
      }
      expected: {
        contactEmails: emails
        contactRoles: ['Owner']
        enabled: true
        operator: 'GreaterThan'
        threshold: 110
        thresholdType: 'Forecasted'
      }
    }
    timeGrain: 'Monthly'
    timePeriod: { startDate: '${startDate}T00:00:00Z' }
  }
}
