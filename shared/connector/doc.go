// Package connector keeps the connection between the office and its mailboxes:
// the switch of the integration, the app registrations through which mail is
// read, the addresses that people activated, and how far each was read.
//
// It does not know what a mail says and what happens to it, and it stores client
// secrets only in the secret store.
//
// Its rows, in two tables of one partition each:
//
//	configuration  settings               the switch
//	               connector|<id>         one app registration, edited by people
//	               connector|<id>|state   whether Entra accepts it, written when that changes
//	               app|<app>              <app> → id of its connector: an app registration is connected once
//	mailboxes      <mailbox>              one activated mailbox, edited by people
//	               <mailbox>|cursor       how far its inbox was read, written by fetch
//	               <mailbox>|sent         how far its Sent Items were read, likewise
//	               smtp|<address>         address → mailbox
//
// where <mailbox> is the user's id in Graph and <app> a hash of (cloud,
// tenant, client id). People and the program write separate rows, so that their
// writes never collide. Those rows are neighbours, so that one range query reads
// them.
//
// The name of a secret is connector-<app>. It depends on where the secret may be
// sent: a connector whose tenant or client id is changed, on the page or by hand
// in the table, does not find the secret of another app registration.
package connector
