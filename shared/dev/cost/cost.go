// Package cost estimates what an office pays Azure in a month: the operations that
// tests count, times list prices.
//
// It measures nothing. Its prices stand in prices.json with their date and source.
package cost

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"text/tabwriter"
)

// The operations that are counted. The tests of the whole product allow no more than
// these figures.
const (
	PollGraphCalls        = 1.34  // of a quiet mailbox: Sent Items are read every third tick
	JobTableReads         = 1.0   // of a job for sixteen quiet mailboxes
	PollQueueOperations   = 0.3   //
	MailGraphCalls        = 1.2   // of a mail in a page of ten and more, with its category
	MailTableTransactions = 3.0   //
	MailQueueMessages     = 0.3   //
	TickTableCalls        = 16.0  // of a tick that finds nothing to do, with its figures
	TickQueueCalls        = 8.0   // of a tick for the figures of empty queues
	HostPerMessage        = 2.0   // operations of the Functions host for a message: it takes and deletes it
	MailboxesPerJob       = 16    // that a job reads
	PersonRequests        = 2_100 // of a day that somebody works with a page open: most of them the page makes by itself
	PersonTableReads      = 10_500
)

const (
	ticks         = 30 * 24 * 12 // in a month
	tickSeconds   = 5 * 60
	graphShare    = 0.9  // the polls use this share of the calls that Graph allows
	graphSeconds  = 0.3  // a call to Graph, from West Europe
	rowsPerBox    = 3    // that a tick reads of a mailbox
	rowsPerQuery  = 1000 //
	graphAtOnce   = 4    // https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
	shortest      = 1.0  // seconds for which an instance that runs is charged at least
	idlePolls     = 2 * 60 * 24 * 30
	rules         = 4       // of alerts, of which one looks every five minutes
	queues        = 4       // each is looked at by the host every half minute
	rowBytes      = 14_000  // of a mail with its body and lists
	lineBytes     = 1_000   // of a log line with what Azure adds
	linesPerTick  = 4       //
	linesPerMail  = 2       //
	linesPerFetch = 3       //
	secretsPerDay = 24 * 12 // a secret is read again after five minutes
	workingDays   = 22      // of a person in a month
)

//go:embed prices.json
var pricesFile []byte

// A Price is one meter of Azure.
type Price struct {
	Price  float64 `json:"price"` // of a unit
	Unit   string  `json:"unit"`
	Free   float64 `json:"free"` // units in a month
	Source string  `json:"source"`
	// Estimated says why the price is no list price; "" for one that is.
	Estimated string `json:"estimated"`
}

// A Prices is the list of meters, by name.
type Prices struct {
	Date     string           `json:"date"`
	Currency string           `json:"currency"`
	Note     string           `json:"note"`
	Euro     float64          `json:"euro"` // for a unit of the currency, an estimate: Azure sets its own rate each month
	Prices   map[string]Price `json:"prices"`
}

// ListPrices returns the prices of prices.json.
func ListPrices() (p Prices, err error) {
	if err = json.Unmarshal(pricesFile, &p); err != nil {
		err = fmt.Errorf("read the prices: %w", err)
	}
	return p, err
}

// An Office is what the costs depend on.
type Office struct {
	Mailboxes   int
	MailsPerDay float64 // of one mailbox
	MemoryMB    int     // of an instance
}

// An Estimate is what an office uses and pays in a month.
type Estimate struct {
	GraphCalls, Executions, GBSeconds, Transactions, QueueOperations, LogGB, TableGB float64
	Compute, Storage, Vault, Logs, Alerts                                            float64
	LogicApps                                                                        float64 // what Logic Apps would cost for reading alone
}

// Total is the sum of the costs.
func (e Estimate) Total() float64 { return e.Compute + e.Storage + e.Vault + e.Logs + e.Alerts }

// MailboxesPerTick is how many of an office's mailboxes a tick reads: all, or as many as
// Graph answers for. Quiet mailboxes of a large office are read less often.
func MailboxesPerTick(mailboxes int) float64 {
	return math.Min(float64(mailboxes), graphShare*graphAtOnce*tickSeconds/graphSeconds/PollGraphCalls)
}

// Of estimates a month of an office. Times are in seconds, data in GB of 1e9 bytes.
func (p Prices) Of(o Office) Estimate {
	boxes := float64(o.Mailboxes)
	mails := boxes * o.MailsPerDay * 30
	read := MailboxesPerTick(o.Mailboxes)
	jobs := math.Ceil(read/MailboxesPerJob) * ticks
	messages := jobs + mails*MailQueueMessages
	e := Estimate{
		GraphCalls:      read*ticks*PollGraphCalls + mails*MailGraphCalls,
		Executions:      ticks + messages,
		Transactions:    jobs*JobTableReads + ticks*(TickTableCalls+math.Floor(boxes*rowsPerBox/rowsPerQuery)) + mails*MailTableTransactions,
		QueueOperations: messages*(1+HostPerMessage) + queues*idlePolls + ticks*TickQueueCalls,
		TableGB:         mails * rowBytes / 1e9,
		LogGB:           (ticks*linesPerTick + jobs*linesPerFetch + mails*linesPerMail) * lineBytes / 1e9,
	}
	// The tick runs on an instance of its own, and so do fetch jobs.
	reading := math.Max(shortest, read*PollGraphCalls*graphSeconds/graphAtOnce)
	deciding := math.Min(mails*shortest, ticks*math.Max(shortest, mails/ticks*0.01))
	e.GBSeconds = (ticks*shortest + ticks*reading + deciding) * float64(o.MemoryMB) / 1024
	e.Compute = p.pay("flexGBSecond", e.GBSeconds) + p.pay("flexExecution", e.Executions)
	e.Storage = p.pay("tableTransaction", e.Transactions) + p.pay("tableGB", e.TableGB) + p.pay("queueOperation", e.QueueOperations)
	e.Vault = p.pay("vaultOperation", secretsPerDay*30)
	e.Logs = p.pay("logGB", e.LogGB)
	e.Alerts = p.pay("alertRule5Minutes", 1) + p.pay("alertRule15Minutes", rules-1)
	e.LogicApps = p.pay("logicAppsConnector", boxes*ticks+3*mails) + p.pay("logicAppsAction", 10*mails)
	return e
}

// Person is what a month of somebody costs at most who works with a page open, without the
// free parts: as if nobody else asked in the same seconds.
func (p Prices) Person(memoryMB int) float64 {
	seconds := PersonRequests * workingDays * shortest
	return p.Prices["flexGBSecond"].Price*seconds*float64(memoryMB)/1024 + p.Prices["flexExecution"].Price*PersonRequests*workingDays +
		p.Prices["tableTransaction"].Price*PersonTableReads*workingDays
}

// Worst is what a month costs in which every function runs on its most instances all
// the time, as an attack or a fault could bring about: the caps are per function.
func (p Prices) Worst(functions, instances, memoryMB int) float64 {
	return p.pay("flexGBSecond", float64(functions*instances)*30*24*3600*float64(memoryMB)/1024)
}

func (p Prices) pay(meter string, units float64) float64 {
	price := p.Prices[meter]
	return math.Max(units-price.Free, 0) * price.Price
}

// Write writes a table of offices of several sizes.
func (p Prices) Write(w io.Writer, mailsPerDay float64, memoryMB int) error {
	fmt.Fprintf(w, "%s, %s. %s\nEach mailbox gets %.0f mails a day; instances have %d MB; people are not in it.\n\n",
		p.Currency, p.Date, p.Note, mailsPerDay, memoryMB)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "mailboxes\tGraph calls\texecutions\tGB-s\ttransactions\tqueue operations\tcompute\tstorage\tvault\tlogs\talerts\tin "+
		"all\tin EUR\tLogic Apps\t")
	for _, n := range []int{10, 100, 1_000, 10_000} {
		e := p.Of(Office{Mailboxes: n, MailsPerDay: mailsPerDay, MemoryMB: memoryMB})
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t\n",
			n, short(e.GraphCalls), short(e.Executions), short(e.GBSeconds), short(e.Transactions), short(e.QueueOperations),
			e.Compute, e.Storage, e.Vault, e.Logs, e.Alerts, e.Total(), e.Total()*p.Euro, e.LogicApps)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nA person who works all day with a page open: %d requests and %s table reads a day, at most %.2f EUR a month.\n",
		PersonRequests, short(PersonTableReads), p.Person(memoryMB)*p.Euro)
	fmt.Fprintf(w, "\nEstimates, not list prices:\n  %.2f EUR for one %s: Azure sets its own rate each month, see "+
		"https://azure.microsoft.com/pricing/calculator/\n", p.Euro, p.Currency)
	for _, name := range slices.Sorted(maps.Keys(p.Prices)) {
		if m := p.Prices[name]; m.Estimated != "" {
			fmt.Fprintf(w, "  %s for one %s (%s; %s)\n", strconv.FormatFloat(m.Price, 'f', -1, 64), m.Unit, m.Estimated, m.Source)
		}
	}
	return nil
}

// short writes a count as people read it.
func short(n float64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.1f M", n/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.0f k", n/1e3)
	}
	return fmt.Sprintf("%.0f", n)
}
