// Package table keeps rows in Azure Table Storage: sorted by key, read by range
// and written in transactions that take effect completely or not at all.
//
// It knows the limits of the service and refuses what breaks them before it sends
// anything. It does not know what the rows mean. All stores of the product use it.
//
// Pack and Document make rows, Insert, Put, Replace, Merge and Delete operations of them (op.go),
// and Write sends operations (write.go, submit.go). Get, Range, Rows and Columns read (read.go).
// Repeat (tries.go) is for changes that others may overtake.
package table

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"kantoorpost/shared/storage"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/data/aztables"
)

// partition is the partition key of every row. A transaction can change rows of one
// partition only, and all rows of an office must be able to change together.
const partition = "office"

// A Service is the table service of one storage account. It is safe for
// concurrent use.
type Service struct {
	client *aztables.ServiceClient
	clock  *clock
}

// A Table is the office's rows in one table. It is safe for concurrent use.
type Table struct {
	name   string
	client *aztables.Client
	clock  *clock
}

// Open returns the table service of an account. It sends no request.
func Open(account storage.Account) (*Service, error) {
	now := &clock{}
	options := &aztables.ClientOptions{ClientOptions: account.ClientOptions(20 * time.Second)}
	options.PerCallPolicies = []policy.Policy{batchPolicy{}, readPolicy{}}
	options.PerRetryPolicies = []policy.Policy{now}
	c, err := storage.Open(account, options, aztables.NewServiceClientFromConnectionString, aztables.NewServiceClient)
	if err != nil {
		return nil, fmt.Errorf("open table storage: %w", err)
	}
	return &Service{c, now}, nil
}

// Table returns the office's rows in the named table.
func (s *Service) Table(name string) *Table {
	return &Table{name, s.client.NewClient(name), s.clock}
}

// Create creates those of the named tables that are missing. The deletion of a
// table takes the service 40 seconds or more; Create waits for it until ctx ends,
// and at most two minutes.
//
// See https://learn.microsoft.com/rest/api/storageservices/delete-table
func (s *Service) Create(ctx context.Context, names ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for _, name := range names {
		if err := s.create(ctx, name); err != nil {
			return fmt.Errorf("create table %s: %w", name, err)
		}
	}
	return nil
}

func (s *Service) create(ctx context.Context, name string) error {
	for delay := time.Second; ; delay = min(2*delay, 10*time.Second) {
		_, err := s.client.CreateTable(ctx, name, nil)
		var re *azcore.ResponseError
		if err == nil || !errors.As(err, &re) || re.StatusCode != http.StatusConflict {
			return err
		}
		if re.ErrorCode == string(aztables.TableAlreadyExists) {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(delay):
		}
	}
}

// Check returns an error that names each table that is missing or cannot be read.
// It changes nothing.
func (s *Service) Check(ctx context.Context, names ...string) error {
	var errs []error
	for _, name := range names {
		if _, _, err := s.Table(name).Range(ctx, "", "", 1); err != nil {
			errs = append(errs, fmt.Errorf("check table %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}
