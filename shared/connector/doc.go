// Package connector keeps how the office is connected to its mailboxes: the
// switch of the integration, the app registrations through which mail is read,
// the addresses that people activated, and how far each was read.
//
// It refuses to know what a mail says and what becomes of it, and it never
// puts a client secret anywhere but in the secret store.
//
// Its rows, in two tables of one partition each:
//
//	configuration  settings               the switch
//	               connector|<id>         one app registration, edited by people
//	               connector|<id>|state   whether Entra accepts it, written when that changes
//	               app|<app>              <app> → id of its connector: an app registration is connected once
//	mailboxes      <mailbox>              one activated mailbox, edited by people
//	               <mailbox>|cursor       how far it was read, written by fetch
//	               smtp|<address>         address → mailbox
//
// where <mailbox> is the user's id in Graph and <app> a hash of (cloud,
// tenant, client id). What people edit and what the machine writes are rows of
// their own, so that neither refuses the other's write; they are neighbours,
// so that one range query reads both.
//
// A secret is kept under the name connector-<app>. The name follows from
// where the secret may be sent: a connector whose tenant or client id is
// changed, in the page or by hand in the table, does not find the secret that
// was meant for another.
package connector
