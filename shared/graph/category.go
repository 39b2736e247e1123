package graph

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
	"kantoorpost/shared/mail"
)

// EnsureCategories adds categories to the master list of a mailbox, by which
// Outlook shows their colours. A category that the list has in another case, or with
// another colour, stays as it is.
// https://learn.microsoft.com/graph/api/outlookuser-post-mastercategories
func (c *Client) EnsureCategories(ctx context.Context, mailboxID string, wanted []mail.Category) error {
	if err := segment(mailboxID); err != nil {
		return err
	}
	missing, err := c.missingCategories(ctx, mailboxID, wanted)
	var refused error
	for _, w := range missing {
		err := c.addCategory(ctx, mailboxID, w)
		switch {
		case refusedWith(err, http.StatusConflict), refusedWith(err, http.StatusBadRequest):
			refused = err // somebody else may have added it
		case err != nil:
			return fmt.Errorf("add a category to mailbox %s: %w", mailboxID, err)
		}
	}
	if refused != nil {
		if missing, err = c.missingCategories(ctx, mailboxID, wanted); err == nil && len(missing) > 0 {
			err = fault.Final(refused)
		}
	}
	if err != nil {
		return fmt.Errorf("categories of mailbox %s: %w", mailboxID, err)
	}
	return nil
}

// missingCategories returns those that are not in the master list.
func (c *Client) missingCategories(ctx context.Context, mailboxID string, wanted []mail.Category) ([]mail.Category, error) {
	var has []string
	err := c.ask(ctx, mailboxID, immutable(),
		func(ctx context.Context, r request) error {
			masters := c.user(mailboxID).Outlook().MasterCategories()
			_, err := masters.Get(ctx, &users.ItemOutlookMasterCategoriesRequestBuilderGetRequestConfiguration{
				Headers: r.headers, Options: r.options,
			})
			return err
		},
		func(r io.Reader) error {
			has = nil
			_, err := answer.Collection(r, func(raw []byte) {
				if k, ok := answer.Category(raw); ok {
					has = append(has, k.Name)
				}
			})
			return err
		})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(wanted), func(w mail.Category) bool { return hasFold(has, w.Name) }), nil
}

func (c *Client) addCategory(ctx context.Context, mailboxID string, w mail.Category) error {
	return c.tell(ctx, mailboxID, requestTimeout, immutable(), func(ctx context.Context, r request) error {
		k := models.NewOutlookCategory()
		k.SetDisplayName(&w.Name)
		if color, err := models.ParseCategoryColor(w.Color); err == nil {
			if color, ok := color.(*models.CategoryColor); ok {
				k.SetColor(color)
			}
		}
		masters := c.user(mailboxID).Outlook().MasterCategories()
		_, err := masters.Post(ctx, k, &users.ItemOutlookMasterCategoriesRequestBuilderPostRequestConfiguration{
			Headers: r.headers, Options: r.options,
		})
		return err
	})
}

// Categorize changes the categories of messages. It keeps those that a person set,
// and writes nothing to a message that already has the wanted ones. The result has
// an error for each message that was perhaps not changed; the same call can be made
// again.
//
// Two requests of HTTP are made for up to twenty messages. A write has the state
// that was read as its condition; after a conflict the message is read again, up to
// three times.
// https://learn.microsoft.com/graph/api/message-update
func (c *Client) Categorize(ctx context.Context, mailboxID string, changes []mail.CategoryChange) map[string]error {
	failed := map[string]error{}
	open := map[string]mail.CategoryChange{}
	for _, change := range changes {
		if err := segment(change.Message); err != nil {
			failed[change.Message] = err
			continue
		}
		open[change.Message] = change
	}
	if err := segment(mailboxID); err != nil {
		open, failed[""] = nil, err
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(open)), maxBatch) {
		for n := 0; len(part) > 0; n++ {
			conflicting := c.categorize(ctx, mailboxID, part, open, failed)
			if n == conflicts {
				break
			}
			for _, id := range conflicting {
				delete(failed, id)
			}
			part = conflicting
		}
	}
	return failed
}

// categorize reads and writes some messages once. It notes errors in failed, and
// returns the messages that somebody else changed in between.
func (c *Client) categorize(
	ctx context.Context, mailboxID string, ids []string, changes map[string]mail.CategoryChange, failed map[string]error,
) (conflicting []string) {
	reads := make([]step, len(ids))
	for i, id := range ids {
		reads[i] = messageStep(mailboxID, id, http.MethodGet, "?$select=categories")
	}
	answers, err := c.batch(ctx, mailboxID, reads)
	if err != nil {
		return noteAll(ids, err, failed)
	}
	var writes []step
	var written []string
	for i, id := range ids {
		if answers[i].err != nil {
			failed[id] = fmt.Errorf("read categories in mailbox %s: %w", mailboxID, answers[i].err)
			continue
		}
		has, etag, err := answer.Categories(answers[i].body)
		if err != nil {
			failed[id] = err
			continue
		}
		wanted := changed(has, changes[id])
		if slices.Equal(has, wanted) {
			continue
		}
		write := messageStep(mailboxID, id, http.MethodPatch, "")
		write.Headers["Content-Type"] = "application/json"
		if etag != "" {
			write.Headers["If-Match"] = etag
		}
		write.Body = map[string][]string{"categories": wanted}
		writes, written = append(writes, write), append(written, id)
	}
	if len(writes) == 0 {
		return nil
	}
	if answers, err = c.batch(ctx, mailboxID, writes); err != nil {
		return noteAll(written, err, failed)
	}
	for i, id := range written {
		if err := answers[i].err; err != nil {
			failed[id] = fmt.Errorf("write categories in mailbox %s: %w", mailboxID, err)
			if answer.IsConflict(err) {
				conflicting = append(conflicting, id)
			}
		}
	}
	return conflicting
}

// noteAll notes one error for all ids.
func noteAll(ids []string, err error, failed map[string]error) []string {
	for _, id := range ids {
		failed[id] = err
	}
	return nil
}

// changed returns the categories after a change, in their order. Exchange compares
// categories without case.
func changed(has []string, change mail.CategoryChange) []string {
	wanted := make([]string, 0, len(has)+len(change.Add))
	for _, name := range has {
		if !hasFold(change.Remove, name) {
			wanted = append(wanted, name)
		}
	}
	for _, name := range change.Add {
		if !hasFold(wanted, name) {
			wanted = append(wanted, name)
		}
	}
	return wanted
}

func hasFold(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}
