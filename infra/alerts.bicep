// Who is called when something goes wrong. What that is stands in alerts.json. Azure charges for each rule: the
// conditions share two rules, and a dimension says which one holds.

import { resourceTags } from 'types.bicep'

@description('Region of the rules.')
param location string

@description('What the names of the rules start with.')
param prefix string

@description('Name of the group of receivers.')
param actionGroupName string

@description('Name of the workspace with the logs.')
param workspaceName string

@description('Host name of the app, for the addresses of pages.')
param hostName string

@description('E-mail address that alerts go to; empty for nobody: they are then in the portal only.')
param alertAddress string

@description('Tags of every resource.')
param tags resourceTags

var alerts = loadJsonContent('alerts.json')
var line = alerts.line

// The host writes each line of the app as the message of one row.
var lines = 'AppTraces\n| where Message has "${line.list}"\n| extend line = parse_json(Message)'

// A day is far below these bounds, which stand for a bound that a condition lacks.
var none = { least: -1000000, most: 1000000000 }

var conditions = [
  for rule in items(alerts.rules): join(
    map(
      filter(alerts.conditions, c => c.rule == rule.key),
      c =>
        '"${c.alert}", "${c.metric}", ${c.?atLeast ?? none.least}, ${c.?atMost ?? none.most}, ${c.lines}, "${c.nl}", "${c.en}", "${c.page}"'
    ),
    ',\n  '
  )
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' existing = {
  name: workspaceName
}

resource receivers 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'kantoorpost'
    emailReceivers: empty(alertAddress)
      ? []
      : [{ name: 'office', emailAddress: alertAddress, useCommonAlertSchema: true }]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for (rule, i) in items(alerts.rules): {
    name: '${prefix}${rule.key}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Kantoorpost: ${rule.key}'
      description: '${rule.value.nl}\n${rule.value.en}\nhttps://${hostName}'
      severity: rule.value.severity
      enabled: true
      scopes: [workspace.id]
      evaluationFrequency: rule.value.frequency
      windowSize: rule.value.window
      autoMitigate: true
      // The tables come into being with the first line.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: join(
              [
                'let conditions = datatable(alert:string, metric:string, atLeast:real, atMost:real, lines:long, watTeDoen:string, whatToDo:string, page:string) [\n  ${conditions[i]}\n];'
                lines
                '| mv-expand m = line.${line.list}'
                '| extend metric = tostring(m.${line.name}), about = tostring(m["${line.of}"]), value = todouble(m.${line.value})'
                '| join kind=inner conditions on metric'
                '| where value >= atLeast and value <= atMost'
                '| summarize found = count() by alert, about, lines, watTeDoen, whatToDo, page'
                '| where found >= lines'
              ],
              '\n'
            )
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            dimensions: map(
              ['alert', 'about', 'watTeDoen', 'whatToDo', 'page'],
              name => { name: name, operator: 'Include', values: ['*'] }
            )
            failingPeriods: { minFailingPeriodsToAlert: 1, numberOfEvaluationPeriods: 1 }
          }
        ]
      }
      actions: { actionGroups: [receivers.id] }
    }
  }
]

// A query without a row of its own summarizes to one row: so silence is found.
resource noTick 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: '${prefix}no-tick'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Kantoorpost: no tick'
    description: '${alerts.noTick.nl}\n${alerts.noTick.en}\nhttps://${hostName}'
    severity: alerts.noTick.severity
    enabled: true
    scopes: [workspace.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT${alerts.tick.windowMinutes}M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: join(
            [
              lines
              '| where line.msg == "${line.message}"'
              '| summarize lastTick = max(TimeGenerated)'
              '| where isnull(lastTick) or lastTick < ago(${alerts.tick.withinMinutes}m)'
            ],
            '\n'
          )
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: { minFailingPeriodsToAlert: 1, numberOfEvaluationPeriods: 1 }
        }
      ]
    }
    actions: { actionGroups: [receivers.id] }
  }
}

// https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap#alert-when-daily-cap-is-reached
resource logCap 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: '${prefix}log-cap'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Kantoorpost: daily cap of the logs'
    description: '${alerts.logCap.nl}\n${alerts.logCap.en}\nhttps://${hostName}'
    severity: alerts.logCap.severity
    enabled: true
    scopes: [workspace.id]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '_LogOperation\n| where Category =~ "Ingestion"\n| where Detail contains "OverQuota"'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: { minFailingPeriodsToAlert: 1, numberOfEvaluationPeriods: 1 }
        }
      ]
    }
    actions: { actionGroups: [receivers.id] }
  }
}
