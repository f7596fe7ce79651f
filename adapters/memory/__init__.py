"""Everything that Kithkin keeps, held in memory: for tests, and for throw-away servers.

Each class takes a store; those that share one see the same data:

    store = MemoryStore()
    register = RegisterPerson(
        MemoryTransactions(store),
        PersonAdmitter(MemoryPersons(store), uuid7, rulebook),
        MemoryClock(store),
    )

Transactions, versions, unique keys and references hold as they do in the database.
"""
