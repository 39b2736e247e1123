package sim

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The largest number of messages in a first round with a filter.
//
// https://learn.microsoft.com/graph/delta-query-messages
const maxFiltered = 5000

const (
	deltaPage    = 10 // default number of messages in a page
	maxDeltaPage = 1000
)

var receivedFilter = regexp.MustCompile(`^receivedDateTime\s+(ge|gt)\s+([0-9TZ:.+-]+)$`)

// delta returns one page of a round over a folder's changes.
//
// https://learn.microsoft.com/graph/api/message-delta
func (t *Tenant) delta(c *graphCall) (answer, error) {
	t.mu.Lock()
	name, known := c.box.folderNamed(c.r.PathValue("folder"))
	t.mu.Unlock()
	if !known {
		return answer{}, refuse(http.StatusNotFound, "ErrorSyncFolderNotFound", "The specified folder could not be found in the store.")
	}
	d, err := t.deltaStart(c, name)
	if err != nil {
		return answer{}, err
	}

	t.mu.Lock()
	page := c.box.page(&d, c.pageSize(deltaPage, maxDeltaPage), t.sequence)
	d.Issued = t.now().Unix()
	if !d.Next {
		c.box.rounds++
		d.Round = c.box.rounds
	}
	t.mu.Unlock()

	out := &bytes.Buffer{}
	o := open(out)
	context := "Collection(message)"
	if d.Select != nil {
		context = "Collection(message(" + strings.Join(d.Select, ",") + "))"
	}
	o.put("@odata.context", t.base(c.r)+"/$metadata#"+context)
	writeList(o, "value", page, func(p deltaItem) {
		switch {
		case p.removed != "":
			item := open(out)
			item.put("@odata.type", "#microsoft.graph.message")
			item.put("id", c.id(p.message))
			item.put("@removed", map[string]string{"reason": p.removed})
			item.close()
		case p.partial:
			// After a change of only the read state, Graph sends no other property.
			c.writeMessage(out, p.message, selection{"isRead", "parentFolderId"}, "")
		default:
			c.writeMessage(out, p.message, d.Select, "")
		}
	})
	path := t.base(c.r) + "/users/" + url.PathEscape(c.r.PathValue("user")) + "/mailFolders/" + url.PathEscape(c.r.PathValue("folder")) +
		"/messages/delta"
	if d.Next {
		o.put("@odata.nextLink", path+"?$skiptoken="+t.seal(d))
	} else {
		o.put("@odata.deltaLink", path+"?$deltatoken="+t.seal(d))
	}
	o.close()
	return answer{status: http.StatusOK, body: out,
		header: map[string]string{"Preference-Applied": "odata.maxpagesize=" + strconv.Itoa(c.pageSize(deltaPage, maxDeltaPage))}}, nil
}

// deltaStart returns where the page starts: from a link's token, or from the options
// of a first request. Graph's other options are not simulated.
func (t *Tenant) deltaStart(c *graphCall, folder string) (deltaToken, error) {
	query := c.r.URL.Query()
	text := query.Get("$skiptoken")
	if text == "" {
		text = query.Get("$deltatoken")
	}
	if text != "" {
		return t.continued(c, folder, text)
	}
	for name := range query {
		if !slices.Contains([]string{"$select", "$filter"}, name) {
			return deltaToken{}, refuse(http.StatusBadRequest, "ErrorInvalidUrlQuery",
				"The following parameters are not supported with change tracking over the 'Messages' resource: '"+name+"'.")
		}
	}
	sel, err := selectOf(c.r, messageKind, messageProperties)
	if err != nil {
		return deltaToken{}, err
	}
	d := deltaToken{Mailbox: c.box.id, Folder: folder, Generation: t.generation(c.box), Select: sel}
	if filter := query.Get("$filter"); filter != "" {
		m := receivedFilter.FindStringSubmatch(strings.TrimSpace(filter))
		if m == nil {
			return d, refuse(http.StatusBadRequest, "ErrorInvalidUrlQuery",
				"The filter '"+filter+"' is not supported with change tracking over the 'Messages' resource.")
		}
		if d.From, err = time.Parse(time.RFC3339, m[2]); err != nil {
			return d, errBadRequest("Invalid filter clause: '" + m[2] + "' is no date and time.")
		}
		d.Filter = m[1]
	}
	return d, nil
}

// continued reads a link. With any invalid link, the sync state is gone.
func (t *Tenant) continued(c *graphCall, folder, text string) (deltaToken, error) {
	d, err := t.unseal(text)
	if err != nil || d.Mailbox != c.box.id || d.Folder != folder {
		return d, errGone("The sync state is not found.")
	}
	if generation := t.generation(c.box); d.Generation != generation || t.now().Unix()-d.Issued > int64(deltaLife/time.Second) {
		return d, errGone(fmt.Sprintf("The sync state generation is not found; generation=%d;[highest=%d]", d.Generation, generation))
	}
	if !d.Next && d.Round%2 == 0 && c.box.localPart() == "resync" {
		return d, errGone(fmt.Sprintf("The sync state generation is not found; generation=%d;[highest=%d]", d.Round, d.Round+1))
	}
	return d, nil
}

func (t *Tenant) generation(b *mailbox) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return b.generation
}

type deltaItem struct {
	message *Message
	removed string
	partial bool
}

// page collects the next changes of a round and advances its token. It finds the
// start in O(log n). latest is the number of the tenant's last change. The caller
// holds the tenant's mu.
func (b *mailbox) page(d *deltaToken, size int, latest uint64) []deltaItem {
	var page []deltaItem
	log := b.folders[d.Folder].log
	for i := b.folders[d.Folder].after(d.Position); i < len(log); i++ {
		if len(page) == size {
			d.Next = true
			return page
		}
		ch := &log[i]
		d.Position = ch.seq
		if !b.current(d.Folder, ch) {
			continue
		}
		if ch.removed != "" {
			// A first round reports existing messages, and no removed ones.
			if d.Since > 0 && d.allows(ch.message) {
				page = append(page, deltaItem{message: ch.message, removed: ch.removed})
			}
			continue
		}
		it := b.items[ch.id]
		if it.message.isHidden() {
			continue
		}
		whole, partial := d.reports(it)
		if !whole && !partial || !d.allows(it.message) {
			continue
		}
		if d.Since == 0 && d.Filter != "" {
			if d.Count == maxFiltered {
				break // the rest is never reported
			}
			d.Count++
		}
		page = append(page, deltaItem{message: it.message, partial: partial})
	}
	// The round is complete: it has covered all changes up to now.
	d.Since, d.Position, d.Next, d.Count = latest, latest, false, 0
	return page
}
