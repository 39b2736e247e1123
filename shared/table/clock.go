package table

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// minSkew is the least difference between the clocks of this process and of the service
// that counts. A Date header field has whole seconds, and the answer takes time.
const minSkew = 5 * time.Second

// A clock knows how much the clock of this process differs from that of the service.
type clock struct{ skew atomic.Int64 }

// Now returns the time of the table service, so that instances whose own clocks differ
// agree when a claim ends. Before the first answer it is the time of this process.
func (t *Table) Now() time.Time { return time.Now().Add(time.Duration(t.clock.skew.Load())) }

// Do reads the Date header field of an answer.
// https://learn.microsoft.com/rest/api/storageservices/query-entities#response-headers
func (c *clock) Do(req *policy.Request) (*http.Response, error) {
	start := time.Now()
	res, err := req.Next()
	if err != nil {
		return res, err
	}
	end := time.Now()
	date, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return res, nil // a proxy may drop it
	}
	local := start.Add(end.Sub(start) / 2)
	skew := date.Add(time.Second / 2).Sub(local)
	if slow := end.Sub(start) / 2; skew.Abs() < minSkew+slow {
		skew = 0
	}
	c.skew.Store(int64(skew))
	return res, nil
}
