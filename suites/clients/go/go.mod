module rocas/suites/clients

go 1.24
