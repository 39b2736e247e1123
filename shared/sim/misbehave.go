package sim

import (
	"context"
	"net/http"
	"time"
)

// How long slow@ takes for each call.
const slowDelay = 5 * time.Second

func wellBehaved(context.Context) error { return nil }

// misbehave returns what goes wrong with this call, by the mailbox' name:
//
//	throttled@    every second call is refused with 429 and Retry-After: 30
//	forbidden@    the application may not use it
//	unlicensed@   it has no Exchange Online licence
//	slow@         every call takes five seconds
//	resync@       see delta: every second delta link is forgotten
//
// The caller holds mu for misbehave, and not for the returned function.
func (b *mailbox) misbehave() func(context.Context) error {
	b.calls++
	var err error
	switch b.localPart() {
	case "throttled":
		if b.calls%2 == 0 {
			err = &refusal{
				status: http.StatusTooManyRequests, code: "ApplicationThrottled",
				message: "Application is over its MailboxConcurrency limit.",
				header:  http.Header{"Retry-After": {"30"}},
			}
		}
	case "forbidden":
		err = errForbidden()
	case "unlicensed":
		err = refuse(http.StatusNotFound, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise.")
	case "slow":
		return func(ctx context.Context) error {
			wait := time.NewTimer(slowDelay)
			defer wait.Stop()
			select {
			case <-wait.C:
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
	return func(context.Context) error { return err }
}
